// The overview: invites by status, redemptions over time, and what needs attention.

import type { Access, Seats, Settings, Stats, Status } from "../api/types";
import { useAnswered, useLoad } from "../app/loading";
import { may, useMe } from "../app/me";
import { Link } from "../app/routing";
import { Chart } from "../parts/chart";
import { Icon } from "../parts/icons";
import { StatusSign } from "../parts/invite-status";
import { Ends } from "../parts/membership";
import { REQUESTS, RequestsForMoreTime } from "../parts/more-time";
import { Show } from "../parts/notices";
import { RelativeTime } from "../parts/relative-time";
import { Title } from "../parts/title";
import { t } from "../texts";

const STATUSES: Status[] = ["active", "redeemed", "expired", "inactive"];

const SEATS = "/seats";
const ENDING = "/access?state=ending&limit=5";

export function Overview() {
  const stats = useLoad<Stats>("/stats");
  const me = useMe();
  const isManager = may(me, "manage_users");
  const isThere = useAnswered(
    may(me, "admin") ? "/settings" : null,
    isManager ? SEATS : null,
    isManager ? ENDING : null,
    isManager ? REQUESTS : null,
  );
  return (
    <>
      <Title>{t.overview.title}</Title>
      {isThere && <SignupOff />}
      <Show what={isThere ? stats : { ...stats, data: undefined }}>
        {(stats) => (
          <div class="overview">
            <ProvisioningPaused since={stats.provisioning_paused_since} />
            <AttentionCard stats={stats} />
            <section>
              <h2>{t.overview.byStatus}</h2>
              <ul class="counts">
                {STATUSES.map((status) => (
                  <li key={status}>
                    <Link href={`/invites?status=${status}`}>
                      <strong>{stats.invites[status]}</strong>
                      <StatusSign status={status} />
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
            <SeatsCard />
            {isManager && <RequestsForMoreTime />}
            <EndingSoon />
            <section class="card">
              <h2>
                {t.overview.overTime} <span class="quiet">{t.overview.last(stats.redemptions_per_day.length)}</span>
              </h2>
              <Chart days={stats.redemptions_per_day} />
              <p class="quiet">{t.overview.users(stats.users, stats.most_counted)}</p>
            </section>
          </div>
        )}
      </Show>
    </>
  );
}

function AttentionCard({ stats }: { stats: Stats }) {
  if (!stats.needs_attention) {
    return (
      <p class="quiet calm">
        <Icon name="check" /> {t.overview.nothingWaits}
      </p>
    );
  }
  return (
    <section class="card attention-card">
      <h2>{t.overview.waits}</h2>
      <p>{t.overview.waiting(stats.needs_attention, stats.most_counted)}</p>
      <Link href="/attention" class="button main">
        {t.overview.look}
      </Link>
    </section>
  );
}

function EndingSoon() {
  const ending = useLoad<{ access: Access[] }>(may(useMe(), "manage_users") ? ENDING : null).data;
  if (!ending || ending.access.length === 0) return null;
  return (
    <section class="card">
      <h2>{t.overview.endingSoon}</h2>
      <ul>
        {ending.access.map((access) => (
          <li key={access.user.id}>
            <Link href={`/people/${access.user.id}`}>{access.user.name}</Link> <Ends access={access} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const NEARLY_FULL = 5;

function SeatsCard() {
  const seats = useLoad<Seats>(may(useMe(), "manage_users") ? SEATS : null).data;
  if (!seats) return null;
  const left = Math.max(0, seats.limit - seats.used);
  return (
    <section class="card">
      <h2>{t.overview.seats}</h2>
      <p>
        <meter
          min={0}
          max={seats.limit}
          high={seats.limit - NEARLY_FULL}
          optimum={0}
          value={seats.used}
          aria-label={t.overview.seats}
        />{" "}
        <strong>{t.overview.seatsUsed(seats.used, seats.limit)}</strong>
        {seats.pending > 0 && <span class="quiet"> {t.overview.seatsPending(seats.pending)}</span>}
      </p>
      <p class="quiet">{t.overview.seatsHome(seats.home.used, seats.home.limit)}</p>
      {left === 0 && <p class="problem">{t.overview.seatsFull}</p>}
      {left > 0 && left <= NEARLY_FULL && <p class="note">{t.overview.seatsNearlyFull(left)}</p>}
    </section>
  );
}

function ProvisioningPaused({ since }: { since: string | null }) {
  const isAdmin = may(useMe(), "admin");
  if (!since) return null;
  return (
    <p class="problem">
      <span>
        {t.overview.paused} <RelativeTime at={since} />
      </span>
      {isAdmin && <Link href="/settings">{t.overview.connect}</Link>}
    </p>
  );
}

function SignupOff() {
  const settings = useLoad<Settings>(may(useMe(), "admin") ? "/settings" : null);
  if (settings.data?.signup_enabled !== false) return null;
  return (
    <p class="problem">
      {t.overview.signupOff} <Link href="/settings">{t.overview.turnOn}</Link>
    </p>
  );
}
