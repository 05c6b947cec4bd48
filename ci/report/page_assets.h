#pragma once

namespace dualpath::report {

/// Made by EmbedPage.cmake: the page with its code and style in it, and the places @TITLE@, @ABOUT@
/// and @RECORDS@, in this order.
extern const char* const kTimelinePage;
extern const bool kHasPlotLibrary;

/// Likewise; its place is @RUN@.
extern const char* const kRunPage;

/// Likewise; its place is @BENCH@.
extern const char* const kBenchPage;

}  // namespace dualpath::report
