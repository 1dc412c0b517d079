// What is being edited follows what is saved, once that is another; until then it is the reader's.

import { useEffect, useState } from "preact/hooks";

/** State that begins as `saved`, and again whenever `saved` has other content. */
export function useEdited<T>(saved: T): [T, (edited: T) => void] {
  const [edited, setEdited] = useState(saved);
  useEffect(() => setEdited(saved), [JSON.stringify(saved)]);
  return [edited, setEdited];
}
