#pragma once

#include <string>
#include <vector>

#include "ci/matrix/column.h"

namespace dualpath::matrix {

/// Returns the page of a matrix, whose links lead to the columns' directories beside it.
std::string MatrixPage(const std::vector<Column>& columns);

}  // namespace dualpath::matrix
