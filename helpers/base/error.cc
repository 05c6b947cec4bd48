#include "helpers/base/error.h"

#include <system_error>
#include <utility>

namespace dualpath {

Error::Error(std::string operation, std::string object, std::string reason, int error_number)
    : operation_(std::move(operation)),
      object_(std::move(object)),
      reason_(std::move(reason)),
      error_number_(error_number) {}

Error Error::FromErrno(std::string operation, std::string object, int error_number) {
  std::string reason = std::generic_category().message(error_number) + " (errno " +
                       std::to_string(error_number) + ")";
  return Error(std::move(operation), std::move(object), std::move(reason), error_number);
}

Error Error::Because(std::string operation, std::string object, std::string reason) {
  return Error(std::move(operation), std::move(object), std::move(reason), 0);
}

Error Error::While(const std::string& outer_operation) const {
  Error outer = *this;
  outer.operation_ = outer_operation + ": " + operation_;
  return outer;
}

std::string Error::ToString() const { return operation_ + ": " + object_ + ": " + reason_; }

}  // namespace dualpath
