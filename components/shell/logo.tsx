/** The mark of the product: a waterline with a saved level above it. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" className="shrink-0">
      <clipPath id="logo-shape">
        <rect width="24" height="24" rx="6" />
      </clipPath>
      <g clipPath="url(#logo-shape)">
        <rect width="24" height="24" fill="var(--accent)" />
        <path d="M0 12.5c2-2 4-2 6 0s4 2 6 0 4-2 6 0 4 2 6 0V24H0z" fill="var(--on-accent)" fillOpacity=".38" />
        <path d="M0 12.5c2-2 4-2 6 0s4 2 6 0 4-2 6 0 4 2 6 0" fill="none" stroke="var(--on-accent)" strokeWidth="1.8" />
        <path d="M5 6.5h8" stroke="var(--on-accent)" strokeWidth="1.8" strokeLinecap="round" />
      </g>
    </svg>
  );
}
