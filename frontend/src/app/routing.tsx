// Addresses and screens: the browser's own history, and nothing more.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string;
  query: URLSearchParams;
}

const MOVED = "streamarr:moved";

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export function go(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  dispatchEvent(new Event(MOVED));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const move = () => setPlace(here());
    addEventListener("popstate", move);
    addEventListener(MOVED, move);
    return () => {
      removeEventListener("popstate", move);
      removeEventListener(MOVED, move);
    };
  }, []);
  return place;
}

interface LinkProperties {
  href: string;
  class?: string;
  "aria-current"?: "page" | undefined;
  children: ComponentChildren;
}

/** A link within the site; with a modifier key or another button it is the browser's. */
export function Link({ href, children, ...rest }: LinkProperties) {
  const follow = (event: MouseEvent) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  };
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
