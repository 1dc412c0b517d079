// Editing a copy of what is saved: it is the reader's until the saved content changes.

import { useEffect, useState } from "preact/hooks";

/** State that begins as `saved`, and becomes `saved` again when that has other content. */
export function useEdited<T>(saved: T): [T, (edited: T) => void] {
  const [edited, setEdited] = useState(saved);
  useEffect(() => setEdited(saved), [JSON.stringify(saved)]);
  return [edited, setEdited];
}
