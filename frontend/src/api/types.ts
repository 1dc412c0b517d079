// The API's shapes, under the names that the site uses. They are made from docs/openapi.yaml by `npm run types`.

import type { components, operations } from "./schema";

type Shapes = components["schemas"];
type Answer<Name extends keyof operations, Status extends number = 200> = operations[Name] extends {
  responses: Record<Status, { content: { "application/json": infer Content } }>;
}
  ? Content
  : never;

export type RefusalCode = Shapes["RefusalCode"];
export type Status = Shapes["InviteStatus"];
export type State = Shapes["RedemptionState"];
export type Permission = Shapes["Permission"];
export type Person = Shapes["Person"];
export type Features = Shapes["Features"];
export type Library = Shapes["Library"];
export type LibraryList = Shapes["Libraries"];
export type Invite = Shapes["Invite"];
export type InviteInFull = Shapes["InviteInFull"];
export type NewInvite = Shapes["NewInvite"];
export type InviteChange = Shapes["InviteChange"];
export type Redemption = Shapes["Redemption"];
export type Reason = NonNullable<Redemption["reason"]>;
export type User = Shapes["User"];
export type ListedUser = Shapes["ListedUser"];
export type UserInFull = Shapes["UserInFull"];
export type Access = Shapes["Access"];
export type AccessInFull = Shapes["AccessInFull"];
export type OwnAccess = Shapes["OwnAccess"];
export type Look = Shapes["Look"];
export type Stranger = Answer<"listStrangers">["people"][number];
export type Adopted = Answer<"adoptPeople", 202>["results"][number];
export type Restrictions = Shapes["Restrictions"];
export type RestrictionsChange = Shapes["RestrictionsChange"];
export type Seats = Shapes["Seats"];
export type Term = Shapes["Term"];
export type ExtensionRequest = Shapes["ExtensionRequest"];
export type Extension = Shapes["Extension"];
export type Batch = Shapes["Batch"];
export type BulkChange = Shapes["BulkChange"];
export type AccessChange = Shapes["AccessChange"];
export type Me = Shapes["Me"];
export type Settings = Shapes["Settings"];
export type Stats = Shapes["Stats"];
export type AuditEntry = InviteInFull["audit"][number];
export type Health = Answer<"showHealth">;
export type SetupState = Shapes["Setup"];
export type SignInStarted = Answer<"startSignInWithPlex", 201>;
export type SetupDone = Answer<"completeSetup">;
export type SignedIn = Answer<"completeSignInWithPlex">;
export type OwnSession = Shapes["OwnSession"];
export type OwnData = Shapes["OwnData"];
export type ResetLink = Answer<"offerPasswordReset", 201>;
export type Unit = NonNullable<Shapes["ExpiresIn"]>["unit"];
export type PlexServer = Shapes["Server"];
export type Page<Name extends string, Item> = Record<Name, Item[]> & { next: string | null };
export type Scope = Shapes["Scope"];
export type ApiKey = Shapes["ApiKey"];
export type NewApiKey = Shapes["NewApiKey"];
export type Endpoint = Shapes["Endpoint"];
export type NewEndpoint = Shapes["NewEndpoint"];
export type Delivery = Shapes["Delivery"];
export type Offer = Shapes["Offer"];
