import { formatExact, formatRelative } from "../format/times";

/** "3 days ago"; the exact time is shown on hover. */
export function RelativeTime({ at, never = "–" }: { at: string | null; never?: string }) {
  if (!at) return <span>{never}</span>;
  return (
    <time dateTime={at} title={formatExact(at)}>
      {formatRelative(at, new Date())}
    </time>
  );
}
