/** Which room may import which (DESIGN, rooms). A rule names who, whom they may not reach, and why. */
export interface ImportRule {
  readonly from: RegExp;
  readonly forbidden: RegExp;
  readonly except?: RegExp;
  readonly why: string;
}

const engineCore = /^server\/engine\/(sql|planner|operators|state|checkpoint|formats)\//;

export const importRules: readonly ImportRule[] = [
  { from: /^server\//, forbidden: /^(app|components)\//, why: 'the server knows no page' },
  { from: /^components\//, forbidden: /^app\//, why: 'components are below pages' },
  {
    from: /^components\//,
    forbidden: /^server\//,
    except: /^server\/(contract\/|engine\/sql\/)/,
    why: 'a browser may import the contract and the SQL front end only',
  },
  {
    from: /^server\/engine\//,
    forbidden: /^server\/(?!engine\/|lib\/|effects\/|storage\/)/,
    why: 'the engine knows nothing of jobs, users and databases',
  },
  {
    from: /^server\/(engine|engines|snapshots|supervisor|services|dli|http|auth|secrets|audit|db|lib|effects|storage|contract)\//,
    forbidden: /^server\/cli\//,
    why: 'the command line is on top',
  },
  { from: /^server\/contract\//, forbidden: /^server\/(?!contract\/)/, why: 'the contract stands alone' },
  { from: /^server\/contract\//, forbidden: /^node:/, why: 'the contract runs in a browser' },
  { from: /^server\/engine\/sql\//, forbidden: /^node:/, except: /./, why: 'the SQL front end runs in a browser' },
  { from: /^server\/lib\//, forbidden: /^server\/(?!lib\/)/, why: 'lib imports nothing' },
  { from: /^server\/effects\//, forbidden: /^server\/(?!effects\/|lib\/)/, why: 'effects are at the bottom' },
  {
    from: /^server\/storage\//,
    forbidden: /^server\/(?!storage\/|effects\/|lib\/|engine\/runtime\/wire)/,
    why: 'storage is below the engine',
  },
  { from: /^server\/engine\/types\//, forbidden: /^server\/engine\/(?!types\/)/, why: 'types are at the bottom of the engine' },
  { from: /^server\/engine\/sql\//, forbidden: /^server\/engine\/(?!sql\/|types\/)/, why: 'the parser knows no meaning' },
  {
    from: /^server\/engine\/(planner|functions)\//,
    forbidden: /^server\/engine\/(runtime|checkpoint|operators|state|codegen)\//,
    why: 'the planner runs nothing',
  },
  {
    from: /^server\/engine\/operators\//,
    forbidden: /^server\/engine\/(runtime|checkpoint|connectors|formats|sql)\//,
    why: 'operators know neither tasks nor connectors',
  },
  {
    from: /^server\/engine\/state\//,
    forbidden: /^server\/engine\/(runtime|checkpoint|operators|connectors|planner|sql)\//,
    why: 'state knows no operator',
  },
  {
    from: /^server\/engine\/formats\//,
    forbidden: /^server\/engine\/(runtime|checkpoint|operators|state|sql)\//,
    why: 'formats know bytes and columns',
  },
  {
    from: /^server\/engine\/connectors\//,
    forbidden: /^server\/engine\/(runtime|operators|state|sql)\//,
    why: 'connectors know the outside only',
  },
  {
    from: /^server\/(engines|snapshots)\//,
    forbidden: /^server\/(supervisor|services|http|dli|auth)\//,
    except: /^server\/supervisor\/contract\.ts/,
    why: 'engines and snapshots are below the supervisor',
  },
  {
    from: /^server\/packages\//,
    forbidden: /^server\/(supervisor|services|engines|http|dli|auth)\//,
    why: 'packages are below engines and services',
  },
  { from: /^server\/supervisor\//, forbidden: /^server\/(services|http|dli|auth)\//, why: 'the supervisor is below the services' },
  { from: /^server\/services\//, forbidden: /^server\/(http|dli)\//, why: 'services know no wire' },
  {
    from: /^(server\/(?!db\/)|app\/|components\/)/,
    forbidden: /^(@prisma\/|server\/db\/generated)/,
    except: /^@prisma\/schema-engine-wasm/,
    why: 'only db knows Prisma',
  },
  { from: /^server\/(?!http\/)/, forbidden: /^next(\/|$)/, why: 'only app and http know Next.js' },
  { from: /^e2e\/crash\/checker\//, forbidden: /^(server|app|components)\//, why: 'the checker shares no code with the product' },
];

/** In these rooms nothing reads clock, randomness, process or network but through effects. */
export const deterministicRooms = engineCore;
export const nondeterministic =
  /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|crypto\.random|randomUUID\(|randomBytes\(|process\.(env|argv|hrtime|exit)|setTimeout\(|setInterval\(|setImmediate\()/;
