#pragma once

#include <vector>

namespace dualpath::bench {

/// Returns the median of one sample or more; of an even number, the mean of the middle two.
double Median(std::vector<double> samples);

/// Returns the largest sample: of all measurements here, smaller is better.
double Worst(const std::vector<double>& samples);

}  // namespace dualpath::bench
