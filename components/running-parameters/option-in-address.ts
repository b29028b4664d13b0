'use client';
/** `#option-<name>` in the address: the page opens at that option and gives it the focus, so that other pages can send people there. */
import { useEffect } from 'react';

export function useOptionInAddress(): void {
  useEffect(() => {
    const id = window.location.hash.slice(1);
    if (!id.startsWith('option-')) return;
    const place = document.getElementById(id);
    place?.scrollIntoView({ block: 'center' });
    place?.querySelector<HTMLElement>('input, button, textarea, [role="switch"], [role="combobox"]')?.focus({ preventScroll: true });
  }, []);
}
