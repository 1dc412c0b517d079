// The heading of a screen.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../texts";

/** The heading of a screen. It also names the document, and has the focus when the screen opens. */
export function Title({ children, unseen = false }: { children: string; unseen?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = children === t.site.name ? children : `${children} · ${t.site.name}`;
  }, [children]);
  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} class={unseen ? "unseen" : ""}>
      {children}
    </h1>
  );
}

/** Gives the focus to the heading, when the control that had it goes away. */
export const focusHeading = (): void => document.querySelector("h1")?.focus({ preventScroll: true });
