import { isRecord, type OpenedAction } from '../opened/opened-action.ts';

interface QuestionOption {
  label: string;
  description: string;
  isChosen: boolean;
}

export interface Question {
  question: string;
  header: string;
  options: QuestionOption[];
  /** Answered in own words, or with what is not among the options. */
  otherAnswer?: string | undefined;
  isAnswered: boolean;
}

/** What was asked, and which answers were given. */
export function questionsOf({ input, response }: OpenedAction): Question[] {
  const fields = isRecord(response) ? response : {};
  const answers = isRecord(fields.answers) ? fields.answers : isRecord(input.answers) ? input.answers : {};
  const asked = Array.isArray(input.questions) ? input.questions.filter(isRecord) : [];
  return asked.map((one) => {
    const question = text(one.question);
    const options = Array.isArray(one.options) ? one.options.filter(isRecord) : [];
    const answer = Object.hasOwn(answers, question) ? answers[question] : undefined;
    const given = typeof answer === 'string' ? answer : Array.isArray(answer) ? answer.join(', ') : '';
    const labels = options.map((option) => text(option.label));
    const chosen = new Set(
      labels.includes(given) ? [given] : given.split(', ').filter((label) => labels.includes(label)),
    );
    return {
      question,
      header: text(one.header),
      options: options.map((option) => ({
        label: text(option.label),
        description: text(option.description),
        isChosen: chosen.has(text(option.label)),
      })),
      otherAnswer: chosen.size === 0 && given !== '' ? given : undefined,
      isAnswered: given !== '',
    };
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
