'use client';
import dynamic from 'next/dynamic';
import { useJobDialogs } from '../../components/job/job-dialogs.tsx';

const CreateDialog = dynamic(() => import('../../components/create-job/create-dialog.tsx').then((module) => module.CreateDialog), {
  ssr: false,
});
const DeleteDialog = dynamic(() => import('../../components/change-job/delete-dialog.tsx').then((module) => module.DeleteDialog), {
  ssr: false,
});
const RenameDialog = dynamic(() => import('../../components/change-job/rename-dialog.tsx').then((module) => module.RenameDialog), {
  ssr: false,
});
const MoveDialog = dynamic(() => import('../../components/change-job/move-dialog.tsx').then((module) => module.MoveDialog), { ssr: false });
const SavepointDialog = dynamic(() => import('../../components/change-job/savepoint-dialog.tsx').then((module) => module.SavepointDialog), {
  ssr: false,
});
const StartDialog = dynamic(() => import('../../components/start-job/start-dialog.tsx').then((module) => module.StartDialog), {
  ssr: false,
});
const StopDialog = dynamic(() => import('../../components/stop-job/stop-dialog.tsx').then((module) => module.StopDialog), { ssr: false });
const ImportDialog = dynamic(() => import('../../components/import-savepoint/import-dialog.tsx').then((module) => module.ImportDialog), {
  ssr: false,
});
const RuntimeDialog = dynamic(
  () => import('../../components/running-parameters/runtime-dialog.tsx').then((module) => module.RuntimeDialog),
  { ssr: false },
);

const PermissionDialog = dynamic(
  () => import('../../components/permissions/permission-dialog.tsx').then((module) => module.PermissionDialog),
  { ssr: false },
);
const ExportDialog = dynamic(() => import('../../components/move-jobs/export-dialog.tsx').then((module) => module.ExportDialog), {
  ssr: false,
});
const ImportJobsDialog = dynamic(
  () => import('../../components/move-jobs/import-jobs-dialog.tsx').then((module) => module.ImportJobsDialog),
  { ssr: false },
);

/** Shows the dialog that a feature asked for; each is loaded when first needed. */
export function JobDialogHost() {
  const { open, close } = useJobDialogs();
  if (!open) return null;
  const job = open.jobs[0];
  if (open.kind === 'create') return <CreateDialog templateId={open.templateId} onClose={close} />;
  if (open.kind === 'export') return <ExportDialog jobs={open.jobs} filter={open.filter} onClose={close} />;
  if (open.kind === 'import-jobs') return <ImportJobsDialog onClose={close} />;
  if (!job) return null;
  switch (open.kind) {
    case 'start':
      return <StartDialog jobs={open.jobs} snapshotId={open.snapshotId} onClose={close} />;
    case 'stop':
      return <StopDialog jobs={open.jobs} onClose={close} />;
    case 'delete':
      return <DeleteDialog jobs={open.jobs} onClose={close} />;
    case 'rename':
      return <RenameDialog job={job} onClose={close} />;
    case 'import-savepoint':
      return <ImportDialog job={job} onClose={close} />;
    case 'move-to-flink':
      return <MoveDialog job={job} onClose={close} />;
    case 'trigger-savepoint':
      return <SavepointDialog job={job} onClose={close} />;
    case 'runtime-configuration':
      return <RuntimeDialog job={job} onClose={close} />;
    case 'permissions':
      return <PermissionDialog job={job} onClose={close} />;
  }
}
