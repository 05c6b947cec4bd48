#include "ci/bench/samples.h"

#include <algorithm>

namespace dualpath::bench {

double Median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t middle = samples.size() / 2;
  return samples.size() % 2 == 1 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
}

double Worst(const std::vector<double>& samples) {
  return *std::max_element(samples.begin(), samples.end());
}

}  // namespace dualpath::bench
