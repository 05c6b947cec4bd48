#pragma once

#include <utility>
#include <variant>

#include "helpers/base/error.h"

namespace dualpath {

/// A value, or the `Error` that prevented it. Helpers return it; they never assert or throw.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  /// Precondition: `ok()`; throws std::bad_variant_access otherwise.
  const T& value() const& { return std::get<T>(state_); }
  T& value() & { return std::get<T>(state_); }
  T&& value() && { return std::get<T>(std::move(state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  /// Precondition: `!ok()`.
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value.
struct Ok {};

/// Result of an operation without a value: `return Ok{};` or an `Error`.
using Status = Result<Ok>;

}  // namespace dualpath

#define DUALPATH_CONCAT_INNER(a, b) a##b
#define DUALPATH_CONCAT(a, b) DUALPATH_CONCAT_INNER(a, b)

// `declaration` and `result` cannot be in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)

/// Declares `name`, or returns the error:
///   DUALPATH_TRY(const std::string name, disk.BlockName());
#define DUALPATH_TRY(declaration, expression) \
  DUALPATH_TRY_INNER(DUALPATH_CONCAT(dualpath_result_, __LINE__), declaration, expression)
#define DUALPATH_TRY_INNER(result, declaration, expression) \
  auto result = (expression);                               \
  if (!result.ok()) return result.error();                  \
  declaration = std::move(result).value()

/// Returns the error, if any:
///   DUALPATH_TRY_STATUS(disk.Delete());
#define DUALPATH_TRY_STATUS(expression)                        \
  do {                                                         \
    auto dualpath_status = (expression);                       \
    if (!dualpath_status.ok()) return dualpath_status.error(); \
  } while (false)

// NOLINTEND(bugprone-macro-parentheses)
