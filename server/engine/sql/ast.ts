/**
 * The syntax tree of a Flink SQL script. Every node carries its span: UTF-16 offsets [start, end) in the whole script, so that an
 * error names line and column and an editor can mark it. The tree says what was written, not what it means: names are unresolved, numbers
 * are text, nothing is coerced.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Identifier extends Span {
  /** Without back-ticks. Flink's identifiers are case-sensitive. */
  readonly name: string;
}

export type TableName = Span & { readonly parts: readonly Identifier[] };

/* ---------- statements ---------- */

export type Statement =
  | CreateTable
  | CreateView
  | Insert
  | StatementSet
  | SetOption
  | ResetOption
  | QueryStatement
  | ExplainStatement
  | DropStatement
  | CreateDatabase
  | UseDatabase
  | UnsupportedStatement;

export interface CreateTable extends Span {
  readonly kind: 'createTable';
  /** OR REPLACE. */
  readonly isReplace: boolean;
  readonly isTemporary: boolean;
  readonly ifNotExists: boolean;
  readonly name: TableName;
  readonly columns: readonly ColumnDefinition[];
  readonly watermarks: readonly WatermarkDefinition[];
  readonly primaryKey: PrimaryKeyDefinition | null;
  readonly partitionedBy: readonly Identifier[];
  readonly comment: string | null;
  readonly options: readonly OptionEntry[];
  readonly like: { readonly table: TableName; readonly options: readonly string[] } | null;
  readonly asQuery: Query | null;
}

export type ColumnDefinition = Span & { readonly name: Identifier; readonly comment: string | null } & (
    | { readonly kind: 'physical'; readonly type: TypeNode }
    | { readonly kind: 'computed'; readonly expression: Expr }
    | { readonly kind: 'metadata'; readonly type: TypeNode; readonly from: string | null; readonly isVirtual: boolean }
  );

export interface WatermarkDefinition extends Span {
  readonly column: readonly Identifier[];
  readonly expression: Expr;
}

export interface PrimaryKeyDefinition extends Span {
  readonly columns: readonly Identifier[];
  readonly isEnforced: boolean;
}

export interface OptionEntry extends Span {
  readonly key: string;
  readonly value: string;
  readonly keySpan: Span;
  readonly valueSpan: Span;
}

export interface CreateView extends Span {
  readonly kind: 'createView';
  readonly isTemporary: boolean;
  readonly ifNotExists: boolean;
  readonly name: TableName;
  readonly columns: readonly Identifier[] | null;
  readonly comment: string | null;
  readonly query: Query;
}

export interface Insert extends Span {
  readonly kind: 'insert';
  readonly isOverwrite: boolean;
  readonly table: TableName;
  readonly hints: readonly Hint[];
  /** PARTITION (k='v'); value null = dynamic. */
  readonly partition: readonly { readonly column: Identifier; readonly value: Expr | null }[];
  readonly columns: readonly Identifier[] | null;
  readonly query: Query;
}

export interface StatementSet extends Span {
  readonly kind: 'statementSet';
  readonly inserts: readonly Insert[];
}

export interface SetOption extends Span {
  readonly kind: 'set';
  readonly key: string;
  readonly value: string;
  readonly keySpan: Span;
  readonly valueSpan: Span;
}

export interface ResetOption extends Span {
  readonly kind: 'reset';
  readonly key: string | null;
}

export interface QueryStatement extends Span {
  readonly kind: 'query';
  readonly query: Query;
}

export interface ExplainStatement extends Span {
  readonly kind: 'explain';
  readonly statement: Insert | StatementSet | QueryStatement;
}

export interface DropStatement extends Span {
  readonly kind: 'drop';
  readonly object: 'TABLE' | 'VIEW';
  readonly ifExists: boolean;
  readonly name: TableName;
}

/** CREATE DATABASE [IF NOT EXISTS] [catalog.]name; comment and options have no effect. */
export interface CreateDatabase extends Span {
  readonly kind: 'createDatabase';
  readonly ifNotExists: boolean;
  readonly name: TableName;
}

/** USE [catalog.]database: where the names of later statements are looked up. */
export interface UseDatabase extends Span {
  readonly kind: 'use';
  readonly name: TableName;
}

/** Parsed well enough to name it; the planner refuses it: `CREATE FUNCTION`, `UPDATE`, `DELETE`, `ALTER TABLE`, … */
export interface UnsupportedStatement extends Span {
  readonly kind: 'unsupported';
  readonly what: string;
}

/* ---------- types ---------- */

export type TypeNode = Span & { readonly isNotNull: boolean } & (
    | {
        readonly kind: 'simple';
        /** Upper case canonical: BOOLEAN, INT, BIGINT, STRING, DECIMAL, TIMESTAMP, TIMESTAMP_LTZ, INTERVAL DAY TO SECOND, … */
        readonly name: string;
        readonly parameters: readonly number[];
      }
    | { readonly kind: 'array' | 'multiset'; readonly element: TypeNode }
    | { readonly kind: 'map'; readonly key: TypeNode; readonly value: TypeNode }
    | { readonly kind: 'row'; readonly fields: readonly { readonly name: Identifier; readonly type: TypeNode }[] }
  );

/* ---------- queries ---------- */

export interface Query extends Span {
  readonly kind: 'queryExpression';
  readonly with: readonly { readonly name: Identifier; readonly columns: readonly Identifier[] | null; readonly query: Query }[];
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly offset: Expr | null;
  readonly limit: Expr | null;
}

export type QueryBody = Select | SetOperation | Values | ParenthesizedQuery;

export interface ParenthesizedQuery extends Span {
  readonly kind: 'parenthesized';
  readonly query: Query;
}

export interface SetOperation extends Span {
  readonly kind: 'setOperation';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly isAll: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

export interface Values extends Span {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expr[])[];
}

export interface Select extends Span {
  readonly kind: 'select';
  readonly hints: readonly Hint[];
  readonly isDistinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: TableRef | null;
  readonly where: Expr | null;
  readonly groupBy: readonly GroupItem[];
  readonly having: Expr | null;
  readonly windows: readonly { readonly name: Identifier; readonly spec: WindowSpecNode }[];
}

export type SelectItem =
  | (Span & { readonly kind: 'expression'; readonly expression: Expr; readonly alias: Identifier | null })
  | (Span & { readonly kind: 'star'; readonly qualifier: readonly Identifier[] });

export type GroupItem =
  | (Span & { readonly kind: 'expression'; readonly expression: Expr })
  /** () is an empty list. */
  | (Span & { readonly kind: 'set'; readonly expressions: readonly Expr[] })
  | (Span & { readonly kind: 'groupingSets'; readonly items: readonly GroupItem[] })
  | (Span & { readonly kind: 'rollup' | 'cube'; readonly items: readonly GroupItem[] });

export interface OrderItem extends Span {
  readonly expression: Expr;
  readonly isDescending: boolean;
  /** null = Flink's default: NULLs are lowest. */
  readonly nulls: 'FIRST' | 'LAST' | null;
}

export interface Hint extends Span {
  /** OPTIONS, STATE_TTL, BROADCAST, LOOKUP, … upper case. */
  readonly name: string;
  readonly options: readonly OptionEntry[];
  readonly arguments: readonly string[];
}

export type TableRef = NamedTable | DerivedTable | JoinedTable | TableFunction | Unnest | MatchRecognize;

export interface TableAlias {
  readonly name: Identifier;
  readonly columns: readonly Identifier[] | null;
}

export interface NamedTable extends Span {
  readonly kind: 'named';
  readonly name: TableName;
  readonly hints: readonly Hint[];
  /** FOR SYSTEM_TIME AS OF expr. */
  readonly asOf: Expr | null;
  readonly alias: TableAlias | null;
}

export interface DerivedTable extends Span {
  readonly kind: 'derived';
  readonly isLateral: boolean;
  readonly query: Query;
  readonly alias: TableAlias | null;
}

export interface JoinedTable extends Span {
  readonly kind: 'join';
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
  readonly isNatural: boolean;
  readonly left: TableRef;
  readonly right: TableRef;
  readonly on: Expr | null;
  readonly using: readonly Identifier[] | null;
}

/** TABLE(f(...)) or LATERAL TABLE(f(...)): windowing functions and user-defined ones. */
export interface TableFunction extends Span {
  readonly kind: 'tableFunction';
  readonly isLateral: boolean;
  readonly name: Identifier;
  readonly arguments: readonly TableFunctionArgument[];
  readonly alias: TableAlias | null;
}

export type TableFunctionArgument = Span & { readonly name: Identifier | null } & (
    | {
        readonly kind: 'table';
        readonly table: NamedTable | DerivedTable;
        readonly partitionBy: readonly Expr[];
        readonly orderBy: readonly OrderItem[];
      }
    | { readonly kind: 'descriptor'; readonly columns: readonly Identifier[] }
    | { readonly kind: 'expression'; readonly expression: Expr }
  );

export interface Unnest extends Span {
  readonly kind: 'unnest';
  readonly expression: Expr;
  readonly withOrdinality: boolean;
  readonly alias: TableAlias | null;
}

/** Kept whole for the planner to refuse or, later, to plan. */
export interface MatchRecognize extends Span {
  readonly kind: 'matchRecognize';
  readonly input: TableRef;
  readonly alias: TableAlias | null;
}

/* ---------- expressions ---------- */

export interface WindowSpecNode extends Span {
  readonly reference: Identifier | null;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: { readonly unit: 'ROWS' | 'RANGE'; readonly from: FrameBound; readonly to: FrameBound | null } | null;
}

export type FrameBound =
  | (Span & { readonly kind: 'unboundedPreceding' | 'unboundedFollowing' | 'currentRow' })
  | (Span & { readonly kind: 'preceding' | 'following'; readonly offset: Expr });

export type IntervalUnit = 'YEAR' | 'QUARTER' | 'MONTH' | 'WEEK' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND' | 'MILLISECOND';

export type Expr = Span &
  (
    | { readonly kind: 'number'; readonly text: string }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'binary'; readonly hex: string }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'null' }
    /** DATE '…', TIME '…', TIMESTAMP '…'. */
    | { readonly kind: 'timeLiteral'; readonly type: 'DATE' | 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'; readonly text: string }
    | {
        readonly kind: 'interval';
        readonly text: string;
        readonly isNegative: boolean;
        readonly from: IntervalUnit;
        readonly to: IntervalUnit | null;
      }
    /** a, t.a, t.row.field: which part is what is for the binder. */
    | { readonly kind: 'column'; readonly path: readonly Identifier[] }
    /** f(x).field, (expr).field */
    | { readonly kind: 'fieldAccess'; readonly operand: Expr; readonly field: Identifier }
    /** a[1], m['k'] */
    | { readonly kind: 'element'; readonly operand: Expr; readonly index: Expr }
    /** NOT, -, + */
    | { readonly kind: 'unary'; readonly operator: 'NOT' | '-' | '+'; readonly operand: Expr }
    /** OR AND = <> < <= > >= + - * / % || OVERLAPS ; `!=` is written `<>`. */
    | { readonly kind: 'binaryOperation'; readonly operator: string; readonly left: Expr; readonly right: Expr }
    /** IS [NOT] NULL | TRUE | FALSE | UNKNOWN | JSON … */
    | { readonly kind: 'is'; readonly operand: Expr; readonly test: string; readonly isNegated: boolean }
    | { readonly kind: 'isDistinctFrom'; readonly left: Expr; readonly right: Expr; readonly isNegated: boolean }
    | {
        readonly kind: 'like';
        readonly operator: 'LIKE' | 'SIMILAR TO';
        readonly operand: Expr;
        readonly pattern: Expr;
        readonly escape: Expr | null;
        readonly isNegated: boolean;
      }
    | {
        readonly kind: 'between';
        readonly operand: Expr;
        readonly low: Expr;
        readonly high: Expr;
        readonly isSymmetric: boolean;
        readonly isNegated: boolean;
      }
    | { readonly kind: 'inList'; readonly operand: Expr; readonly items: readonly Expr[]; readonly isNegated: boolean }
    | { readonly kind: 'inQuery'; readonly operand: Expr; readonly query: Query; readonly isNegated: boolean }
    | { readonly kind: 'exists'; readonly query: Query }
    | { readonly kind: 'scalarQuery'; readonly query: Query }
    | {
        readonly kind: 'case';
        readonly operand: Expr | null;
        readonly branches: readonly { readonly when: Expr; readonly then: Expr }[];
        readonly otherwise: Expr | null;
      }
    | { readonly kind: 'cast'; readonly operand: Expr; readonly type: TypeNode; readonly isTry: boolean }
    | { readonly kind: 'row'; readonly items: readonly Expr[]; readonly isExplicit: boolean }
    | { readonly kind: 'array'; readonly items: readonly Expr[] }
    | { readonly kind: 'map'; readonly entries: readonly { readonly key: Expr; readonly value: Expr }[] }
    /**
     * Every call, aggregate and window function. Special syntax becomes ordinary arguments plus `syntax`: EXTRACT(unit FROM x) is
     * name EXTRACT, args [x], syntax {unit}; TRIM(side chars FROM x) args [x, chars], syntax {side}; FLOOR(x TO unit), CEIL, TIMESTAMPADD(unit, …),
     * TIMESTAMPDIFF(unit, …) syntax {unit}; POSITION(a IN b) args [a, b]; OVERLAY, SUBSTRING(x FROM n FOR m) plain args; JSON_* options in syntax
     * ('returning' as type text, 'onNull', 'onEmpty', 'onError', …; values that are expressions go into args).
     * CURRENT_TIMESTAMP and its like, written without parentheses, are calls with no args.
     */
    | {
        readonly kind: 'call';
        /** Upper case. */
        readonly name: string;
        readonly nameSpan: Span;
        readonly args: readonly Expr[];
        /** COUNT(*) */
        readonly isStar: boolean;
        readonly isDistinct: boolean;
        readonly filter: Expr | null;
        readonly withinGroup: readonly OrderItem[];
        readonly over: WindowSpecNode | Identifier | null;
        readonly syntax: Readonly<Record<string, string | boolean | null>>;
        /** RETURNING type of JSON_VALUE and the like. */
        readonly returning: TypeNode | null;
      }
  );
