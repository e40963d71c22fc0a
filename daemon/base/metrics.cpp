#include "daemon/base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace paperboy {

namespace {

// From a local store's answer to a mail server that takes its ten minutes.
const prometheus::Histogram::BucketBoundaries seconds{0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 120, 600, 3600};

}  // namespace

struct Metrics::State {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::add(const Metric& counter, const Labels& labels, double by) {
  auto& family = prometheus::BuildCounter().Name(counter.name).Help(counter.help).Register(state_->registry);
  family.Add(labels).Increment(by);
}

void Metrics::set(const Metric& gauge, const Labels& labels, double value) {
  auto& family = prometheus::BuildGauge().Name(gauge.name).Help(gauge.help).Register(state_->registry);
  family.Add(labels).Set(value);
}

void Metrics::observe(const Metric& histogram, const Labels& labels, double value) {
  auto& family = prometheus::BuildHistogram().Name(histogram.name).Help(histogram.help).Register(state_->registry);
  family.Add(labels, seconds).Observe(value);
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace paperboy
