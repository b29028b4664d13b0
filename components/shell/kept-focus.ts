'use client';
/**
 * Focus is never lost. When what had the focus leaves the page (a row that was deleted, a notice that was answered, a page that was left), the browser
 * gives the focus to the body and a keyboard user starts again at the top. Here the places of the focus are remembered as they come; when the focus
 * has fallen to the body it goes to the newest of them that is still there, else to what took the place of the last one in its list or table, else to
 * the content of the page. Whoever sets the focus on purpose (a dialog that closes) does so within the pause and wins.
 */
import { useEffect, useRef } from 'react';

const PAUSE_MS = 60;
const REMEMBERED = 8;
const FOCUSABLE = 'a[href],button:not([disabled]),input:not([disabled]),[tabindex="0"]';
/** What stands in a row of its likes. */
const ITEM = 'tr,li';

interface Place {
  readonly element: HTMLElement;
  /** The list around it, and which item of it held the focus. */
  readonly list: Element | null;
  readonly at: number;
}

function placeOf(element: HTMLElement): Place {
  const item = element.closest(ITEM);
  const list = item?.parentElement ?? null;
  return { element, list, at: item && list ? [...list.children].indexOf(item) : -1 };
}

function isThere(element: HTMLElement): boolean {
  return element.isConnected && element.checkVisibility() && element.closest('[inert],[aria-hidden="true"]') === null;
}

function successor(place: Place): HTMLElement | null {
  if (!place.list?.isConnected) return null;
  const item = place.list.children[Math.min(place.at, place.list.children.length - 1)];
  return item?.querySelector<HTMLElement>(item.tagName === 'TR' ? 'a[href]' : FOCUSABLE) ?? null;
}

/** Where the focus goes: the first of the remembered places, newest first, that is there or has a successor. */
export function nextPlace(places: readonly Place[]): HTMLElement | null {
  for (const place of places) {
    if (isThere(place.element)) return place.element;
    const next = successor(place);
    if (next && isThere(next)) return next;
  }
  return document.getElementById('content');
}

/** `path`: of the page that is shown; after a change only the newest place counts, older ones were of another page. */
export function useKeptFocus(path: string): void {
  const places = useRef<Place[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onFocus = (event: FocusEvent) => {
      const element = event.target as HTMLElement;
      if (element.id === 'content') return;
      places.current = [placeOf(element), ...places.current.filter((one) => one.element !== element)].slice(0, REMEMBERED);
    };
    // Who presses on bare ground takes the focus away on purpose.
    const onPress = () => {
      places.current = [];
    };
    const isLost = () => places.current.length > 0 && (document.activeElement ?? document.body) === document.body;
    const restore = () => {
      timer = undefined;
      if (isLost()) nextPlace(places.current)?.focus({ preventScroll: true });
    };
    const watch = new MutationObserver(() => {
      if (isLost()) timer ??= setTimeout(restore, PAUSE_MS);
    });
    document.addEventListener('focusin', onFocus);
    document.addEventListener('pointerdown', onPress, true);
    watch.observe(document.body, { childList: true, subtree: true });
    return () => {
      clearTimeout(timer);
      watch.disconnect();
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('pointerdown', onPress, true);
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what the effect is about.
  useEffect(() => {
    places.current = places.current.slice(0, 1);
  }, [path]);
}
