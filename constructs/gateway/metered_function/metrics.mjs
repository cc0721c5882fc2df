// One line of the log for each request, from which CloudWatch takes metrics by itself: embedded metric format.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

const UNITS = { TokensReserved: "Count", TokensUsed: "Count", StoreWrites: "Count", LimiterMilliseconds: "Milliseconds" };

// `values`: { metric: number }. `about`: what the line says beside, for queries: the hashed caller, plan, model, cost.
export function record(namespace, values, about, write = console.log, now = Date.now) {
  const metrics = Object.keys(values).map((name) => ({ Name: name, Unit: UNITS[name] ?? "Count" }));
  // Without dimensions: each value of one is a metric of its own on the bill, and callers would make them up.
  const directive = { Namespace: namespace, Dimensions: [[]], Metrics: metrics };
  write(JSON.stringify({ _aws: { Timestamp: now(), CloudWatchMetrics: [directive] }, ...values, ...about }));
}
