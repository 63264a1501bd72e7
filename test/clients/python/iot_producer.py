"""A sensor that sends readings to iot-data, the way confluent-kafka's own examples do. Usage: iot_producer.py HOST:PORT COUNT"""

import json
import sys
import time

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": sys.argv[1]})


def delivery_report(error, message):
    if error is not None:
        print(f"failed {error}")
    else:
        print(f"delivered {message.topic()} {message.partition()} {message.offset()}")


for number in range(int(sys.argv[2])):
    reading = {"sensor_id": 1, "value": 23.5 + number, "timestamp": time.time()}
    producer.produce("iot-data", key=str(reading["sensor_id"]), value=json.dumps(reading), callback=delivery_report)
    producer.poll(0)
producer.flush()
