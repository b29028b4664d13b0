/** Entries of the side bar, in order. Only what the API serves is there. */
import {
  BellRing,
  Bookmark,
  LayoutDashboard,
  LayoutTemplate,
  LifeBuoy,
  type LucideIcon,
  Package,
  Plug,
  ScrollText,
  Server,
  Settings2,
  Workflow,
} from 'lucide-react';
import type { PlainKey } from '../i18n/dictionary.ts';

export interface NavEntry {
  href: string;
  label: PlainKey;
  icon: LucideIcon;
  adminOnly?: boolean;
}
export interface NavGroup {
  /** Null: entries above all groups. */
  label: PlainKey | null;
  entries: readonly NavEntry[];
}

export const NAV: readonly NavGroup[] = [
  { label: null, entries: [{ href: '/overview', label: 'nav.overview', icon: LayoutDashboard }] },
  {
    label: 'nav.jobManagement',
    entries: [
      { href: '/jobs', label: 'nav.jobs', icon: Workflow },
      { href: '/snapshots', label: 'nav.snapshots', icon: Bookmark },
    ],
  },
  { label: 'nav.jobTemplates', entries: [{ href: '/templates', label: 'nav.templates', icon: LayoutTemplate }] },
  {
    label: 'nav.resources',
    entries: [
      { href: '/queues', label: 'nav.queues', icon: Server },
      { href: '/packages', label: 'nav.packages', icon: Package },
      { href: '/connections', label: 'nav.connections', icon: Plug },
    ],
  },
  {
    label: 'nav.operations',
    entries: [
      { href: '/alarms', label: 'nav.alarms', icon: BellRing },
      { href: '/audit', label: 'nav.audit', icon: ScrollText, adminOnly: true },
      { href: '/guide', label: 'nav.guide', icon: LifeBuoy },
      { href: '/settings', label: 'nav.settings', icon: Settings2 },
    ],
  },
];

export interface Crumb {
  label: PlainKey | null;
  /** Text of a dynamic part (a job's name); used where label is null. */
  text?: string;
  href?: string;
}

/** Breadcrumb of a path. `name` is the dynamic part's text once it is known. */
export function crumbsOf(path: string, name: string | null): Crumb[] {
  const [first, second, third] = path.split('/').filter(Boolean);
  const group = NAV.find((one) => one.entries.some((entry) => entry.href === `/${first}`));
  const entry = group?.entries.find((one) => one.href === `/${first}`);
  if (first === 'account') return [{ label: 'nav.account' }];
  if (!group || !entry) return [];
  const crumbs: Crumb[] = group.label === null ? [] : [{ label: group.label }];
  if (!second) return [...crumbs, { label: entry.label }];
  crumbs.push({ label: entry.label, href: entry.href });
  if (second === 'start') return [...crumbs, { label: 'nav.start' }];
  if (first === 'templates' && second === 'new') return [...crumbs, { label: 'tpl.newTitle' }];
  if (!third) return [...crumbs, { label: null, text: name ?? second }];
  return [...crumbs, { label: null, text: name ?? second, href: `/${first}/${second}` }, { label: 'nav.edit' }];
}
