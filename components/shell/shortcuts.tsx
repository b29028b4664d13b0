'use client';
/**
 * Keyboard shortcuts. A key is written `g j`, `shift+s`, `mod+k`, `?`. Single keys do nothing in text fields, while a dialog is open, or when they were
 * switched off; `mod+` keys always work. The newest owner of a key wins.
 */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';

type Handler = (event: KeyboardEvent) => void;
const OFF_KEY = 'tidemark-single-keys-off';
const SEQUENCE_MS = 900;

class Keyboard {
  readonly #handlers = new Map<string, Handler[]>();
  #prefix: { key: string; at: number } | null = null;
  singleKeys = true;

  add(key: string, handler: Handler): () => void {
    this.#handlers.set(key, [...(this.#handlers.get(key) ?? []), handler]);
    return () =>
      this.#handlers.set(
        key,
        (this.#handlers.get(key) ?? []).filter((other) => other !== handler),
      );
  }

  readonly press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const name = nameOf(event);
    const isMod = name.startsWith('mod+');
    if (!isMod && (!this.singleKeys || isTyping(event.target) || hasDialog())) return;
    const sequence = this.#prefix && event.timeStamp - this.#prefix.at < SEQUENCE_MS ? `${this.#prefix.key} ${name}` : null;
    const handler = (sequence ? this.#handlers.get(sequence)?.at(-1) : undefined) ?? this.#handlers.get(name)?.at(-1);
    this.#prefix = handler ? null : { key: name, at: event.timeStamp };
    if (!handler) return;
    event.preventDefault();
    handler(event);
  };
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.metaKey || event.ctrlKey) return `mod+${key}`;
  if (event.altKey) return `alt+${key}`;
  return event.shiftKey && /^[a-z]$/.test(key) ? `shift+${key}` : key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('[role="menu"],[role="listbox"],.cm-editor') !== null
  );
}

function hasDialog(): boolean {
  // A toast is a dialog for readers, but it does not take the page.
  return document.querySelector('[role="dialog"]:not([data-toast]),[role="alertdialog"]:not([data-toast]),[role="menu"]') !== null;
}

const Context = createContext<{ keyboard: Keyboard; enabled: boolean; setEnabled(on: boolean): void } | null>(null);

export function ShortcutsProvider({ children }: { children: ReactNode }) {
  const keyboard = useMemo(() => new Keyboard(), []);
  const [enabled, setEnabled] = useState(true);
  useEffect(() => {
    setEnabled(localStorage.getItem(OFF_KEY) !== '1');
    document.addEventListener('keydown', keyboard.press);
    return () => document.removeEventListener('keydown', keyboard.press);
  }, [keyboard]);
  useEffect(() => {
    keyboard.singleKeys = enabled;
  }, [keyboard, enabled]);
  const value = useMemo(
    () => ({
      keyboard,
      enabled,
      setEnabled: (on: boolean) => {
        localStorage.setItem(OFF_KEY, on ? '0' : '1');
        setEnabled(on);
      },
    }),
    [keyboard, enabled],
  );
  return <Context value={value}>{children}</Context>;
}

export function useShortcutSettings() {
  const value = useContext(Context);
  if (!value) throw new Error('useShortcutSettings outside ShortcutsProvider');
  return value;
}

/** Runs the handler of a key while the caller is shown and `active`. */
export function useShortcut(key: string, handler: Handler, active = true): void {
  const { keyboard } = useShortcutSettings();
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    if (!active) return;
    return keyboard.add(key, (event) => latest.current(event));
  }, [keyboard, key, active]);
}
