/**
 * The last block of a metadata file from version 4 on: one Java object, `CheckpointProperties`, in Java's own serialization. Of that protocol
 * (Java Object Serialization Specification, chapter 6) the records that this object is made of are read: objects, class descriptors, enum
 * constants, strings, back references, null, and boolean and object fields. Anything else is refused, and the object must end where the
 * file ends.
 */
import type { MetadataCursor } from './metadata-cursor.ts';

export interface CheckpointProperties {
  readonly type: 'checkpoint' | 'savepoint';
  /** Of savepoints. */
  readonly format: 'CANONICAL' | 'NATIVE' | null;
  /** Of savepoints: what the job did after it. TERMINATE = drained. */
  readonly postAction: 'NONE' | 'SUSPEND' | 'TERMINATE' | null;
  readonly isForced: boolean;
  readonly isUnclaimed: boolean;
  readonly discard: {
    readonly subsumed: boolean;
    readonly finished: boolean;
    readonly cancelled: boolean;
    readonly failed: boolean;
    readonly suspended: boolean;
  };
}

interface ClassDescriptor {
  readonly kind: 'class';
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly isObject: boolean }[];
  readonly parent: ClassDescriptor | null;
}
interface JavaObject {
  readonly kind: 'object';
  readonly name: string;
  readonly fields: Map<string, Value>;
}
type Value = null | boolean | { readonly kind: 'string' | 'enum'; readonly text: string } | JavaObject | ClassDescriptor;

const STREAM_HEADER = 0xaced0005 | 0;
const FIRST_HANDLE = 0x7e0000;
const NULL = 0x70;
const REFERENCE = 0x71;
const CLASS = 0x72;
const OBJECT = 0x73;
const STRING = 0x74;
const END_OF_ANNOTATIONS = 0x78;
const ENUM = 0x7e;
const SERIALIZABLE = 0x02;
const IS_ENUM = 0x10;
const PACKAGE = 'org.apache.flink.runtime.checkpoint.';

export function readCheckpointProperties(cursor: MetadataCursor): CheckpointProperties {
  const at = cursor.offset;
  if (cursor.i32('header of the properties') !== STREAM_HEADER) cursor.fail('the properties are no Java object stream', at);
  const value = new ObjectStream(cursor).value();
  cursor.end('the properties');
  return propertiesOf(value, (reason) => cursor.fail(reason, at));
}

function propertiesOf(value: Value, refuse: (reason: string) => never): CheckpointProperties {
  if (!isObject(value) || value.name !== `${PACKAGE}CheckpointProperties`) refuse('the last object is not CheckpointProperties');
  const flag = (name: string): boolean => {
    const held = value.fields.get(name);
    return typeof held === 'boolean' ? held : refuse(`the properties have no ${name}`);
  };
  const type = value.fields.get('checkpointType');
  if (!isObject(type)) refuse('the properties have no type');
  const isSavepoint = type.name === `${PACKAGE}SavepointType`;
  if (!isSavepoint && type.name !== `${PACKAGE}CheckpointType`) refuse(`the type ${type.name} of snapshot is not known`);
  const constant = <T extends string>(field: string, known: readonly T[]): T => {
    const held = type.fields.get(field);
    const text = held !== null && typeof held === 'object' && held.kind === 'enum' ? held.text : '';
    return known.find((one) => one === text) ?? refuse(`${field} ${JSON.stringify(text)} of a savepoint is not known`);
  };
  return {
    type: isSavepoint ? 'savepoint' : 'checkpoint',
    format: isSavepoint ? constant('formatType', ['CANONICAL', 'NATIVE'] as const) : null,
    postAction: isSavepoint ? constant('postCheckpointAction', ['NONE', 'SUSPEND', 'TERMINATE'] as const) : null,
    isForced: flag('forced'),
    isUnclaimed: flag('unclaimed'),
    discard: {
      subsumed: flag('discardSubsumed'),
      finished: flag('discardFinished'),
      cancelled: flag('discardCancelled'),
      failed: flag('discardFailed'),
      suspended: flag('discardSuspended'),
    },
  };
}

function isObject(value: Value | undefined): value is JavaObject {
  return value !== null && typeof value === 'object' && value.kind === 'object';
}

class ObjectStream {
  readonly #cursor: MetadataCursor;
  /** What back references point at, in the order in which it was met. */
  readonly #handles: Value[] = [];

  constructor(cursor: MetadataCursor) {
    this.#cursor = cursor;
  }

  value(): Value {
    return this.#cursor.nested(() => this.#value());
  }

  #value(): Value {
    const cursor: MetadataCursor = this.#cursor;
    const at = cursor.offset;
    const tag = cursor.u8('tag of a Java object');
    switch (tag) {
      case NULL:
        return null;
      case REFERENCE:
        return this.#reference();
      case STRING: {
        const text: Value = { kind: 'string', text: cursor.utf('Java string') };
        this.#handles.push(text);
        return text;
      }
      case OBJECT:
        return this.#object();
      case ENUM: {
        this.#descriptor();
        const slot = this.#handles.push(null) - 1;
        const name = this.value();
        if (name === null || typeof name !== 'object' || name.kind !== 'string') cursor.fail('an enum constant has no name', at);
        const constant: Value = { kind: 'enum', text: name.text };
        this.#handles[slot] = constant;
        return constant;
      }
      default:
        return cursor.fail(`the tag ${tag} of a Java object is not known`, at);
    }
  }

  #reference(): Value {
    const at = this.#cursor.offset;
    const held = this.#handles[this.#cursor.i32('back reference') - FIRST_HANDLE];
    return held === undefined ? this.#cursor.fail('a back reference points at nothing', at) : held;
  }

  #object(): JavaObject {
    const at = this.#cursor.offset;
    const top = this.#descriptor();
    if (top === null) this.#cursor.fail('an object has no class', at);
    const object: JavaObject = { kind: 'object', name: top.name, fields: new Map() };
    this.#handles.push(object);
    const lineage: ClassDescriptor[] = [];
    for (let one: ClassDescriptor | null = top; one !== null; one = one.parent) lineage.unshift(one);
    for (const one of lineage)
      for (const field of one.fields) object.fields.set(field.name, field.isObject ? this.value() : this.#cursor.bool(field.name));
    return object;
  }

  #descriptor(): ClassDescriptor | null {
    return this.#cursor.nested(() => this.#descriptorBody());
  }

  #descriptorBody(): ClassDescriptor | null {
    const cursor: MetadataCursor = this.#cursor;
    const at = cursor.offset;
    const tag = cursor.u8('tag of a class');
    if (tag === NULL) return null;
    if (tag === REFERENCE) {
      const held = this.#reference();
      return held !== null && typeof held === 'object' && held.kind === 'class' ? held : cursor.fail('a back reference is no class', at);
    }
    if (tag !== CLASS) cursor.fail(`the tag ${tag} of a class is not known`, at);
    const name = cursor.utf('name of a class');
    cursor.bigint('serial version of a class');
    const slot = this.#handles.push(null) - 1;
    const flagsAt = cursor.offset;
    const flags = cursor.u8('flags of a class');
    if ((flags & ~(SERIALIZABLE | IS_ENUM)) !== 0) cursor.fail(`the flags ${flags} of class ${name} are not known`, flagsAt);
    const fields: { name: string; isObject: boolean }[] = [];
    for (let left = cursor.u16('number of fields'); left > 0; left--) fields.push(this.#field(name));
    const end = cursor.offset;
    if (cursor.u8('end of a class') !== END_OF_ANNOTATIONS) cursor.fail(`class ${name} has annotations`, end);
    const descriptor: ClassDescriptor = { kind: 'class', name, fields, parent: this.#descriptor() };
    this.#handles[slot] = descriptor;
    return descriptor;
  }

  #field(owner: string): { name: string; isObject: boolean } {
    const at = this.#cursor.offset;
    const type = String.fromCharCode(this.#cursor.u8('type of a field'));
    const name = this.#cursor.utf('name of a field');
    if (type !== 'Z' && type !== 'L') this.#cursor.fail(`field ${name} of class ${owner} has a type that is not known`, at);
    if (type === 'L') this.value(); // the class of the field, a string
    return { name, isObject: type === 'L' };
  }
}
