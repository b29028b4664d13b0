/** Routes of the restart guide. Part of the table in routes.ts. */
import { z } from 'zod';
import { guideSchema } from './guide.ts';
import { jobIdTextSchema } from './primitives.ts';
import { route } from './route.ts';

export const guideRoutes = {
  getGuide: route('GET', '/guide', 'What 32 events do to the data of a job as it is made', { answer: guideSchema }),
  getJobGuide: route('GET', '/jobs/{jobId}/guide', 'What 32 events do to the data of this job', {
    params: z.strictObject({ jobId: jobIdTextSchema }),
    answer: guideSchema,
  }),
  getFlinkUi: route('GET', '/jobs/{jobId}/flink-ui', 'Address of the job in the web UI of its Flink cluster', {
    params: z.strictObject({ jobId: jobIdTextSchema }),
    answer: z.strictObject({ url: z.string() }),
  }),
} as const;
