#pragma once

#include <vector>

namespace dualpath::bench {

/// Of one measurement or more; with an even number the mean of the two in the middle.
double Median(std::vector<double> samples);

/// The largest: every measurement here is of something that had better be small.
double Worst(const std::vector<double>& samples);

}  // namespace dualpath::bench
