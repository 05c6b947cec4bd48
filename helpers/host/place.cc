#include "helpers/host/place.h"

#include <cmath>
#include <cstdlib>

#include "helpers/base/deadline.h"
#include "helpers/host/kvm.h"

namespace dualpath::host {
namespace {

constexpr const char* kPlaceVariable = "DUALPATH_PLACE";
constexpr const char* kTimeScaleVariable = "DUALPATH_TIME_SCALE";
constexpr const char* kDomainTypeVariable = "DUALPATH_DOMAIN_TYPE";

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Error Unusable(const char* variable, const std::string& value, const std::string& reason) {
  return Error::Because("read environment", std::string(variable) + "=\"" + value + "\"", reason);
}

}  // namespace

std::string ToString(Place place) { return place == Place::kLab ? "lab" : "host"; }

Result<Place> CurrentPlace() {
  const std::string value = Environment(kPlaceVariable);
  if (value == "lab") return Place::kLab;
  if (value == "host") return Place::kHost;
  if (value.empty()) {
    return Unusable(kPlaceVariable, value,
                    "not set; run the program with ctest or `dualpath exec`, or, if it may change "
                    "this machine, as root with DUALPATH_PLACE=host");
  }
  return Unusable(kPlaceVariable, value, "must be \"lab\" or \"host\"");
}

Result<double> RequestedTimeScale() {
  const std::string value = Environment(kTimeScaleVariable);
  if (value.empty()) return 1.0;
  char* end = nullptr;
  const double scale = std::strtod(value.c_str(), &end);
  if (*end != '\0' || !std::isfinite(scale) || scale <= 0) {
    return Unusable(kTimeScaleVariable, value, "must be a positive number, as in 2.5");
  }
  return scale;
}

Status ApplyTimeScale() {
  DUALPATH_TRY(const double scale, RequestedTimeScale());
  SetTimeScale(scale);
  return Ok{};
}

Result<std::string> DomainType(const std::string& kvm_device) {
  std::string value = Environment(kDomainTypeVariable);
  if (value == "kvm" || value == "qemu") return value;
  if (!value.empty()) {
    return Unusable(kDomainTypeVariable, value, "must be \"kvm\" or \"qemu\"");
  }
  return std::string(CheckKvm(kvm_device).ok() ? "kvm" : "qemu");
}

}  // namespace dualpath::host
