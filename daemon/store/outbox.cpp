#include "daemon/store/outbox.hpp"
