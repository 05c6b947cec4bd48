#pragma once

#include <string>

namespace dualpath::cli {

/// Returns whether a variable of gtest (gtest-port, "flags") may be set for a case program. Those
/// that select tests may not: with GTEST_TOTAL_SHARDS, for example, a program runs none of the
/// tests that its arguments select, and succeeds. Only arguments select cases and reports.
bool IsForCases(const std::string& name);

/// Removes all other variables that gtest reads from our environment, for every program that we
/// start.
void ForgetGtestVariables();

}  // namespace dualpath::cli
