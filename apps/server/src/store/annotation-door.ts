import type { Annotations } from './annotations.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Projection } from './sessions/projection.ts';
import type { Store } from './store.ts';

export interface AnnotationDoorDeps {
  commits: GroupCommit;
  projection: Projection;
  annotations: Annotations;
  now(): number;
}

/** What people put on sessions, and what lists show of it. */
export function createAnnotationDoor({
  commits,
  projection,
  annotations,
  now,
}: AnnotationDoorDeps): Pick<Store, 'annotate' | 'removeAnnotation' | 'annotations'> {
  return {
    annotate: (annotation) =>
      commits.run(() => {
        const session = projection.find(annotation.sessionId);
        if (!session || !projection.view(session, now())) return undefined;
        const result = annotations.add(session, annotation, now());
        if ('annotation' in result && result.isNew) annotations.summarise(session, now());
        return result;
      }),
    removeAnnotation: (id) =>
      commits.run(() => {
        const removed = annotations.remove(id);
        const session = removed && projection.find(removed.sessionId);
        if (session) annotations.summarise(session, now());
        return removed;
      }),
    annotations: annotations.page,
  };
}
