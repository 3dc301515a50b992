// Reads the body, answers: what node:http alone costs.
import { listen, readBody } from './serve.mjs';

listen(async (request, response) => {
  await readBody(request);
  response.end();
});
