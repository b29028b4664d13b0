/** Heights in px, known before the chart library is loaded, so that nothing moves when it comes. */
export const CHART_HEIGHT = 112;
/** With head and margins. */
export const FIGURE_HEIGHT = CHART_HEIGHT + 40;
