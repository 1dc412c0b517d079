// The browser's own dialog. It keeps the focus inside, and gives it back when it closes.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { t } from "../texts";
import { focusHeading } from "./title";

interface DialogProperties {
  title: string;
  children: ComponentChildren;
  onClose?: (() => void) | undefined;
}

/** Open while it is rendered. Without `onClose` it cannot be left by Escape. */
export function Dialog({ title, children, onClose }: DialogProperties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      dialog.current?.close();
      setTimeout(() => restoreFocus(before)); // later: the element that opened the dialog may be gone by then
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose?.();
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={cancel}>
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}

function restoreFocus(before: Element | null): void {
  if (before instanceof HTMLElement && before.isConnected) before.focus();
  else focusHeading();
}

interface ConfirmProperties {
  title: string;
  note: string;
  action: string;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children?: ComponentChildren;
}

export function Confirm({ title, note, action, busy, onConfirm, onClose, children }: ConfirmProperties) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{note}</p>
      {children}
      <div class="row end">
        <button type="button" onClick={onClose}>
          {t.general.cancel}
        </button>
        <button type="button" class="danger" aria-disabled={busy} onClick={onConfirm}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
