// The model could not be asked, or stopped answering. `reached`: it may have worked, and what it did is to be paid.
// `status`: what the caller is told, 400, 429 or 504; else 502.
export class BackendFailed extends Error {
  constructor(cause, { reached, status }) {
    super(cause.message, { cause });
    this.name = "BackendFailed";
    this.reached = reached;
    this.status = status;
  }
}
