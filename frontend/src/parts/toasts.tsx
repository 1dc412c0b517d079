// A short message that something is done. Screen readers say it aloud; it disappears by itself, and is never the only
// sign of success.

import { useEffect, useState } from "preact/hooks";

const ANNOUNCED = "streamarr:announced";
const SHOWN_FOR = 5000;

export function announce(text: string): void {
  dispatchEvent(new CustomEvent(ANNOUNCED, { detail: text }));
}

export function Toasts() {
  const [text, setText] = useState("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const show = (event: Event) => {
      setText((event as CustomEvent<string>).detail);
      clearTimeout(timer);
      timer = setTimeout(() => setText(""), SHOWN_FOR);
    };
    addEventListener(ANNOUNCED, show);
    return () => removeEventListener(ANNOUNCED, show);
  }, []);
  return (
    <div class="toasts" role="status">
      {text && <p>{text}</p>}
    </div>
  );
}
