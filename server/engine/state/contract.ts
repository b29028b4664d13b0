/** Placeholder for the shape of operator state; see the state room. */
export interface OperatorState {
  readonly keyGroups: number;
}
