/**
 * Some systems report a language that is not a language tag (`en-US@posix`), and the chart library asks for a number format of it when it is
 * loaded. Then plain English is put in its place. Imported before the library.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}

export {};
