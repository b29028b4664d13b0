'use client';
/** A preview of the script in the editor: rows as they come over the stream, the newest 500 kept; ending the request ends it on the server. */
import { useEffect, useRef, useState } from 'react';
import type { PreviewEvent, PreviewSql } from '../../server/contract/preview.ts';
import { ApiError, callRaw, readLines } from '../client/request.ts';

const KEPT = 500;

type Started = Extract<PreviewEvent, { type: 'started' }>;
type Ended = Extract<PreviewEvent, { type: 'end' }>;
export interface PreviewRow {
  n: number;
  kind: '+I' | '-U' | '+U' | '-D';
  values: readonly (string | null)[];
}

export interface PreviewState {
  running: boolean;
  started: Started | null;
  rows: readonly PreviewRow[];
  total: number;
  recordsIn: number;
  watermarkAt: number | null;
  end: Ended | null;
  error: Error | null;
}
const NOTHING: PreviewState = {
  running: false,
  started: null,
  rows: [],
  total: 0,
  recordsIn: 0,
  watermarkAt: null,
  end: null,
  error: null,
};

export function takeEvent(state: PreviewState, event: PreviewEvent): PreviewState {
  switch (event.type) {
    case 'started':
      return { ...state, started: event };
    case 'rows': {
      const fresh = event.rows.map((row, index) => ({ ...row, n: state.total + index + 1 }));
      const { total, recordsIn, watermarkAt } = event;
      return { ...state, total, recordsIn, watermarkAt, rows: [...state.rows, ...fresh].slice(-KEPT) };
    }
    case 'progress':
      return { ...state, total: event.total, recordsIn: event.recordsIn, watermarkAt: event.watermarkAt };
    case 'end':
      return { ...state, running: false, end: event, total: event.total, recordsIn: event.recordsIn };
  }
}

export function usePreview() {
  const [state, setState] = useState(NOTHING);
  const request = useRef<AbortController | null>(null);
  const stop = () => {
    request.current?.abort();
    setState((before) => ({ ...before, running: false }));
  };
  useEffect(() => () => request.current?.abort(), []);
  const run = async (body: PreviewSql) => {
    request.current?.abort();
    const control = new AbortController();
    request.current = control;
    setState({ ...NOTHING, running: true });
    try {
      const response = await callRaw('previewSql', { body }, control.signal);
      await readLines(response, (line) => control.signal.aborted || setState((before) => takeEvent(before, line as PreviewEvent)));
      if (!control.signal.aborted) setState((before) => ({ ...before, running: false }));
    } catch (error) {
      if (control.signal.aborted) return;
      setState((before) => ({
        ...before,
        running: false,
        error: error instanceof ApiError ? error : new ApiError('offline', 0, '', '', undefined),
      }));
    }
  };
  return { state, run, stop };
}
