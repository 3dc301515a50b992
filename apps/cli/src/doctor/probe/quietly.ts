import { Problem } from '../../problem.ts';

/** What is asked again and again may fail in between. */
export async function quietly<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
