/** Tailwind 4 is the only style processor. */
const config = { plugins: { '@tailwindcss/postcss': {} } };
export default config;
