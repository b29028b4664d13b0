'use client';
/**
 * Table of rows with sorting (by the server), selection with ranges, a current row for the keyboard, sticky first and last columns, two densities
 * and skeleton rows while the first page loads. Rows keep their height; cells are one line with an ellipsis.
 */
import { columnVisibilityFeature, createColumnHelper, rowSelectionFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { type CSSProperties, type ReactNode, useMemo } from 'react';
import { cx } from './class-names.ts';
import { Skeleton } from './surface.tsx';
import { CheckBox } from './toggle.tsx';

/** Narrowest screens first: a wider one shows what these hide, up to its own. */
const HIDE_BELOW = ['max-md:hidden', 'max-lg:hidden', 'max-xl:hidden', 'max-[1439px]:hidden', 'max-2xl:hidden'] as const;
export type HideBelow = (typeof HIDE_BELOW)[number];

export interface DataColumn<T> {
  id: string;
  header: ReactNode;
  cell(row: T): ReactNode;
  /** px; absent = takes what is left. */
  width?: number;
  minWidth?: number;
  align?: 'right';
  sortable?: boolean;
  /** The sign of sorting takes no room and is there on hover, on focus and while the column is sorted by. */
  quietSort?: boolean;
  /** Marks the cell that names the row. */
  rowHeader?: boolean;
  stick?: 'left' | 'right';
  /** A control in the head, after the text. */
  headExtra?: ReactNode;
  /** Hidden below this viewport width. */
  hide?: HideBelow;
}

export interface DataTableProps<T> {
  label: string;
  columns: readonly DataColumn<T>[];
  rows: readonly T[];
  rowId(row: T): string;
  rowName(row: T): string;
  density?: 'comfortable' | 'compact';
  /** `-created` = descending by created. */
  sort?: string | undefined;
  onSort?(sort: string): void;
  selection?: { ids: ReadonlySet<string>; onChange(ids: Set<string>): void; selectAllLabel: string; selectLabel(name: string): string };
  hidden?: ReadonlySet<string>;
  current?: number;
  onRowPointer?(index: number): void;
  loading?: boolean;
  skeletonRows?: number;
  empty?: ReactNode;
  rowTone?(row: T): string | undefined;
}

const features = tableFeatures({ rowSelectionFeature, columnVisibilityFeature });
const NO_HIDDEN: ReadonlySet<string> = new Set();

function useRows<T>({ columns, rows, rowId, selection, hidden = NO_HIDDEN }: DataTableProps<T>) {
  const defs = useMemo(() => {
    const helper = createColumnHelper<typeof features, { row: T }>();
    return helper.columns(columns.map((column) => helper.display({ id: column.id })));
  }, [columns]);
  const data = useMemo(() => rows.map((row) => ({ row })), [rows]);
  const picked = useMemo(() => Object.fromEntries([...(selection?.ids ?? [])].map((id) => [id, true as const])), [selection?.ids]);
  return useTable({
    features,
    columns: defs,
    data,
    getRowId: (item) => rowId(item.row),
    state: { rowSelection: picked, columnVisibility: Object.fromEntries([...hidden].map((id) => [id, false])) },
    onRowSelectionChange: (update) => {
      const next = typeof update === 'function' ? update(picked) : update;
      selection?.onChange(new Set(Object.keys(next).filter((id) => next[id])));
    },
  });
}

type Rows<T> = ReturnType<typeof useRows<T>>;
type Row<T> = ReturnType<Rows<T>['getRowModel']>['rows'][number];

export function DataTable<T>(props: DataTableProps<T>) {
  const { columns, rows, selection, density = 'comfortable' } = props;
  const table = useRows(props);
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const height = density === 'compact' ? 'h-9' : 'h-[49px]';
  const shown = table.getVisibleLeafColumns().map((column) => byId.get(column.id)!);

  const least = leastWidth(shown, Boolean(selection));
  return (
    <div className="min-w-0 overflow-x-auto">
      <table
        className="w-full min-w-(--least) table-fixed text-ctl md:min-w-(--least-md) lg:min-w-(--least-lg) xl:min-w-(--least-xl) min-[1440px]:min-w-(--least-1440) 2xl:min-w-(--least-2xl)"
        style={least}
        aria-label={props.label}
        aria-busy={props.loading || undefined}
      >
        <thead className="bg-sunken text-text-2">
          <tr className="h-[34px] border-b border-line-1">
            {selection ? (
              <th scope="col" style={{ width: 44 }} className="sticky left-0 z-10 bg-sunken pl-(--gutter) text-left">
                <CheckBox
                  label={selection.selectAllLabel}
                  checked={rows.length > 0 && table.getIsAllRowsSelected()}
                  indeterminate={!table.getIsAllRowsSelected() && table.getIsSomeRowsSelected()}
                  onChange={(checked) => table.toggleAllRowsSelected(checked)}
                />
              </th>
            ) : null}
            {shown.map((column) => (
              <HeadCell key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row, index) => (
            <BodyRow key={row.id} row={row} index={index} columns={shown} height={height} table={props} />
          ))}
          {props.loading && rows.length === 0 ? (
            <SkeletonRows columns={shown} height={height} selects={Boolean(selection)} count={props.skeletonRows ?? 8} />
          ) : null}
        </tbody>
      </table>
      {!props.loading && rows.length === 0 ? props.empty : null}
    </div>
  );
}

/**
 * A fixed layout knows no least width of a cell, so the table gets one: the sum of the columns that a screen of that width shows. Below it the table
 * scrolls sideways and no column gives way.
 */
function leastWidth<T>(columns: readonly DataColumn<T>[], selects: boolean): CSSProperties {
  const sum = (some: readonly DataColumn<T>[]) =>
    some.reduce((total, column) => total + (column.width ?? column.minWidth ?? 120), selects ? 44 : 0);
  const showing = (steps: number) => `${sum(columns.filter(({ hide }) => !hide || HIDE_BELOW.slice(0, steps).includes(hide)))}px`;
  return {
    '--least': showing(0),
    '--least-md': showing(1),
    '--least-lg': showing(2),
    '--least-xl': showing(3),
    '--least-1440': showing(4),
    '--least-2xl': showing(5),
  } as CSSProperties;
}

function BodyRow<T>({
  row,
  index,
  columns,
  height,
  table,
}: {
  row: Row<T>;
  index: number;
  columns: readonly DataColumn<T>[];
  height: string;
  table: DataTableProps<T>;
}) {
  const { selection } = table;
  const value = row.original.row;
  const selected = row.getIsSelected();
  const current = table.current === index;
  const tone = cx(selected ? 'bg-selected' : 'bg-surface group-hover:bg-hover', table.rowTone?.(value));
  return (
    <tr
      aria-selected={selection ? selected : undefined}
      data-current={current || undefined}
      onPointerDown={() => table.onRowPointer?.(index)}
      className={cx('group border-b border-line-1', height)}
    >
      {selection ? (
        <td className={cx('sticky left-0 z-10 pl-(--gutter)', tone, current && 'shadow-[inset_3px_0_0_var(--accent)]')}>
          <CheckBox
            label={selection.selectLabel(table.rowName(value))}
            checked={selected}
            onChange={(checked, event) =>
              row.getToggleSelectedHandler()({ target: { checked }, shiftKey: event instanceof MouseEvent && event.shiftKey })
            }
          />
        </td>
      ) : null}
      {columns.map((column) => (
        <BodyCell key={column.id} column={column} tone={tone}>
          {column.cell(value)}
        </BodyCell>
      ))}
    </tr>
  );
}

function SkeletonRows<T>({
  columns,
  height,
  selects,
  count,
}: {
  columns: readonly DataColumn<T>[];
  height: string;
  selects: boolean;
  count: number;
}) {
  const rows = Array.from({ length: count }, (_, index) => `skeleton-${index}`);
  return rows.map((key) => (
    <tr key={key} className={cx('border-b border-line-1 bg-surface', height)}>
      {selects ? <td /> : null}
      {columns.map((column) => (
        <td key={column.id} className={cx('px-2', column.hide)}>
          <Skeleton width={column.width ? Math.min(column.width - 24, 90) : 160} />
        </td>
      ))}
    </tr>
  ));
}

function HeadCell<T>({
  column,
  sort,
  onSort,
}: {
  column: DataColumn<T>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}) {
  const up = sort === column.id;
  const down = sort === `-${column.id}`;
  const sortable = column.sortable && onSort;
  return (
    <th
      scope="col"
      style={{ width: column.width ?? 'auto', minWidth: column.minWidth }}
      aria-sort={sortable ? (up ? 'ascending' : down ? 'descending' : 'none') : undefined}
      className={cx(
        'px-2 font-medium',
        column.align === 'right' ? 'text-right' : 'text-left',
        column.hide,
        column.stick === 'right' && 'right-0 z-10 bg-sunken pr-(--gutter)! md:sticky',
        'first:pl-(--gutter)',
      )}
    >
      <span className={cx('inline-flex items-center gap-1.5 whitespace-nowrap', column.align === 'right' && 'justify-end')}>
        {sortable ? (
          <button
            type="button"
            onClick={() => onSort(down ? column.id : `-${column.id}`)}
            className="group relative inline-flex items-center gap-1.5 rounded-[3px] font-medium hover:text-text-1"
          >
            {column.header}
            <SortSign up={up} down={down} column={column} />
          </button>
        ) : (
          column.header
        )}
        {column.headExtra}
      </span>
    </th>
  );
}

function SortSign<T>({ up, down, column }: { up: boolean; down: boolean; column: DataColumn<T> }) {
  const Sign = up ? ArrowUp : down ? ArrowDown : ChevronsUpDown;
  const quiet = column.quietSort
    ? cx(
        'absolute top-[3px]',
        column.align === 'right' ? 'right-full mr-0.5' : 'left-full ml-0.5',
        !up && !down && 'opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100',
      )
    : '';
  return <Sign size={13} className={cx(!up && !down && 'text-text-3', quiet)} aria-hidden="true" />;
}

function BodyCell<T>({ column, tone, children }: { column: DataColumn<T>; tone: string; children: ReactNode }) {
  const className = cx(
    'max-w-0 truncate px-2 font-normal transition-colors duration-80',
    column.align === 'right' ? 'text-right num' : 'text-left',
    column.hide,
    tone,
    column.stick === 'right' && 'right-0 z-10 pr-(--gutter)! md:sticky',
    'first:pl-(--gutter)',
  );
  return column.rowHeader ? (
    <th scope="row" className={className}>
      {children}
    </th>
  ) : (
    <td className={className}>{children}</td>
  );
}

/** Plain table inside cards: head, rows of cells, no behaviour. */
export function PlainTable({
  label,
  head,
  rows,
  empty,
  minWidth,
  fixed = false,
}: {
  label: string;
  head: readonly { key: string; text: ReactNode; align?: 'right'; width?: number | string }[];
  rows: readonly { key: string; cells: readonly ReactNode[]; tone?: string }[];
  empty?: ReactNode;
  minWidth?: number;
  /** Widths of the head hold; the column without one takes what is left. */
  fixed?: boolean;
}) {
  if (rows.length === 0 && empty) return empty;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard.
    <section className="overflow-x-auto" tabIndex={0} aria-label={label}>
      <table className={cx('w-full text-ctl', fixed && 'table-fixed')} style={{ minWidth }} aria-label={label}>
        <thead className="bg-sunken text-text-2">
          <tr className="h-[34px]">
            {head.map((cell) => (
              <th
                key={cell.key}
                scope="col"
                style={{ width: cell.width }}
                className={cx(
                  'px-3 font-medium whitespace-nowrap first:pl-[18px] last:pr-[18px]',
                  cell.align === 'right' ? 'text-right' : 'text-left',
                )}
              >
                {cell.text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} className={cx('h-[38px] border-t border-line-1', row.tone)}>
              {row.cells.map((cell, index) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells are positional, one a head cell.
                  key={index}
                  className={cx(
                    'px-3 py-1.5 first:pl-[18px] last:pr-[18px]',
                    head[index]?.align === 'right' && 'num text-right whitespace-nowrap',
                  )}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
