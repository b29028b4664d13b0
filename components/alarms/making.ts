/** A dialog for something new, opened by the page's head. */
export interface Making {
  readonly isOpen: boolean;
  close(): void;
}
