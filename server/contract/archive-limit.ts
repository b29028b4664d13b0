/** Jobs in one zip of an export. In a file of its own, so that a page may know it without the schemas. */
export const ARCHIVE_JOBS_MAX = 1_000;
