#pragma once

#include <gmock/gmock.h>

#include "helpers/guest/fio.h"

namespace dualpath {

/// Every job of the run did I/O and ended without an error, and so read back what it wrote, where
/// it was told to verify:
///   EXPECT_THAT(report, FioSucceeded());
::testing::Matcher<const guest::FioReport&> FioSucceeded();

}  // namespace dualpath
