'use client';
import dynamic from 'next/dynamic';
import { type EditorParts, JobEditor } from '../../../../../components/job-editor/job-editor.tsx';

const ConnectedEditor = dynamic(
  () => import('../../../../../components/sql-editor/connected-editor.tsx').then((module) => module.ConnectedEditor),
  { ssr: false },
);
const TableDialog = dynamic(() => import('../../../../../components/connections/table-dialog.tsx').then((module) => module.TableDialog), {
  ssr: false,
});
const CheckedParameters = dynamic(
  () => import('../../../../../components/running-parameters/checked-parameters.tsx').then((module) => module.CheckedParameters),
  { ssr: false },
);
const JarFields = dynamic(
  () => import('../../../../../components/running-parameters/parameter-panel.tsx').then((module) => module.JarFields),
  { ssr: false },
);
const RuntimeText = dynamic(
  () => import('../../../../../components/running-parameters/runtime-text.tsx').then((module) => module.RuntimeText),
  { ssr: false },
);
const GraphDialog = dynamic(() => import('../../../../../components/job-graph/graph-dialog.tsx').then((module) => module.GraphDialog), {
  ssr: false,
});

const PARTS: EditorParts = {
  editor: (props) => <ConnectedEditor {...props} />,
  parameters: (props) => <CheckedParameters {...props} />,
  jarFields: (props) => <JarFields {...props} problems={{}} />,
  runtimeText: (props) => <RuntimeText {...props} />,
  table: (props) => <TableDialog {...props} />,
  graph: (props) => <GraphDialog {...props} />,
};

export function EditScreen({ jobId }: { jobId: number }) {
  return <JobEditor jobId={jobId} parts={PARTS} />;
}
