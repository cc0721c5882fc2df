// The model could not be called, or stopped answering. `reached`: it may have worked, and its work must be paid.
// `status`: the caller gets this status if it is 400, 429 or 504, and otherwise a 502.
export class BackendFailed extends Error {
  constructor(cause, { reached, status }) {
    super(cause.message, { cause });
    this.name = "BackendFailed";
    this.reached = reached;
    this.status = status;
  }
}
