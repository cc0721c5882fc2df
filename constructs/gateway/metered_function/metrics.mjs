// One line of the log for each request, from which CloudWatch extracts metrics: embedded metric format.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

const UNITS = { LimiterMilliseconds: "Milliseconds" };

// `values`: { metric: number }. `about`: further fields for queries: the hashed caller, plan, model, cost.
export function record(namespace, values, about, write = console.log, now = Date.now) {
  const metrics = Object.keys(values).map((name) => ({ Name: name, Unit: UNITS[name] ?? "Count" }));
  // Without dimensions: AWS charges for each value of one as a separate metric, and callers could invent values.
  const directive = { Namespace: namespace, Dimensions: [[]], Metrics: metrics };
  write(JSON.stringify({ _aws: { Timestamp: now(), CloudWatchMetrics: [directive] }, ...values, ...about }));
}
