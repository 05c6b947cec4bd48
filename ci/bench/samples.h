#pragma once

#include <vector>

namespace dualpath::bench {

/// Returns the median of at least one sample; for an even number, the mean of the middle two.
double Median(std::vector<double> samples);

/// Returns the largest sample: in all measurements here, smaller is better.
double Worst(const std::vector<double>& samples);

}  // namespace dualpath::bench
