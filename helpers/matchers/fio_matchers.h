#pragma once

#include <gmock/gmock.h>

#include "helpers/guest/fio.h"

namespace dualpath {

/// Every job of the run did I/O and ended without an error. A job with verify= fails if it reads
/// back different data.
///   EXPECT_THAT(report, FioSucceeded());
/// fails as
///   Expected: every job did I/O, without an error
///     Actual: ..., whose job soak read back different data
::testing::Matcher<const guest::FioReport&> FioSucceeded();

}  // namespace dualpath
