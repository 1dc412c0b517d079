// A word that something is done: said aloud by screen readers, gone by itself, never the only sign.

import { useEffect, useState } from "preact/hooks";

const SAID = "streamarr:said";
const STAYS = 5000;

export function say(words: string): void {
  dispatchEvent(new CustomEvent(SAID, { detail: words }));
}

export function Toasts() {
  const [words, setWords] = useState("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const hear = (event: Event) => {
      setWords((event as CustomEvent<string>).detail);
      clearTimeout(timer);
      timer = setTimeout(() => setWords(""), STAYS);
    };
    addEventListener(SAID, hear);
    return () => removeEventListener(SAID, hear);
  }, []);
  return (
    <div class="toasts" role="status">
      {words && <p>{words}</p>}
    </div>
  );
}
