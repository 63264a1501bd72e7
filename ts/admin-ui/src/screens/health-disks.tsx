/** How much room the data directories have, and for how long. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { brokersQuery } from '../api.ts'
import { Card } from '../parts/card.tsx'
import { Disk, Filling } from '../parts/disk.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Size } from '../parts/size.tsx'

export const Disks = () => {
  const { t } = useTranslation()
  const query = useQuery(brokersQuery)
  return (
    <Card title={t('health.disks')}>
      <Loaded query={query}>
        {({ items }) => (
          <ul className="rows">
            {items
              .flatMap(({ directories }) => directories)
              .map((directory) => (
                <li key={directory.path}>
                  <code className="cut">{directory.path}</code>
                  <Disk directory={directory} />
                  <span className="number" title={t('disk.logs', { count: directory.logs })}>
                    <Size value={directory.usedBytes} />
                  </span>
                  <Filling directory={directory} />
                </li>
              ))}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}
