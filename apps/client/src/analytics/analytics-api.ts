import { type Analysis, type AnalysisInfo, analysisListSchema, analysisSchema } from '@telltale/core/analysis';
import { get } from '../data/api.ts';

/** What an analysis is asked with; empty for what is not said. */
export interface AnalysisAsked {
  from?: string;
  to?: string;
  filter?: string;
  by?: string;
  prices?: string;
  row?: string;
  at?: string;
  /** `all`: behind the total. */
  behind?: 'all';
  limit?: number;
}

export function analysis(name: string, asked: AnalysisAsked): Promise<Analysis> {
  return get(`/api/analysis/${encodeURIComponent(name)}`, { ...asked }, analysisSchema);
}

export async function analyses(): Promise<AnalysisInfo[]> {
  return (await get('/api/analysis', {}, analysisListSchema)).analyses;
}

/** Where the service hands out all analyses as a file. */
export function analysesFile(asked: AnalysisAsked): string {
  const said = Object.entries(asked).filter(([, value]) => value !== '');
  return `/api/analysis.html?${new URLSearchParams(said.map(([name, value]) => [name, String(value)]))}`;
}
